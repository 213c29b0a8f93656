"""What an import says, in the words of those who made the list: Vietnamese."""
