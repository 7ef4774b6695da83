"""What the values of customers are made of, as functions of frames."""
