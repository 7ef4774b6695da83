"""The stages of knowledge and learning paths."""
