"""Raw logs of platforms that sell knowledge in; segments, audiences and measured campaigns out."""

__version__ = "0.1.0"
