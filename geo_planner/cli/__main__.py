from geo_planner.cli import main

main()
