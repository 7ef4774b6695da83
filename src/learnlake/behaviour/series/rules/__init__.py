"""What the stages of the series count, as functions of frames and columns."""
