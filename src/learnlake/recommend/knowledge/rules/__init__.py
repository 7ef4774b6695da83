"""The rules of knowledge: what comes before what, and which steps come next."""
