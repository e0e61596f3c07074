"""Questions to one answer: what kind it is, its header fields, its page of a collection."""
