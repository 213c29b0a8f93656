"""What a run left in its folder, kept and read again."""
