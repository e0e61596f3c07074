"""What several check files need: documents, invoices, values and comparisons. Only checks use it."""
