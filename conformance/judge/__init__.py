"""The core: checks, their cases, and how they are judged. It knows nothing of pytest."""
