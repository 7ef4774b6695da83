"""Who is at risk, what came, what was known, and what words say it."""
