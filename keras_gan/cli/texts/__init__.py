"""What commands do with lines of text."""
