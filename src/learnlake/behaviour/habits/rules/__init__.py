"""Rules of study habits and stuck points."""
