"""What is learned outside the lake's own goals."""
