"""The sweep: every invoice of the collection, page by page, judged by the rules of the checks."""
