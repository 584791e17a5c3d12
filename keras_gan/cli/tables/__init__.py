"""What the commands do with tables, not images."""
