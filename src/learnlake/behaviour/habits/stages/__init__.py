"""The stages of study habits and stuck points."""
