"""What is learned for lists."""
