"""Many blocks of one terrain, many study areas: work that is divided, done anywhere, kept where it is done, and joined."""
