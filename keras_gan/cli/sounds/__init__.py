"""What commands do with sounds."""
