"""What journeys are made of, as functions of frames and Columns."""
