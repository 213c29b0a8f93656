"""Ways through the app in a real browser, each with its pictures."""
