"""What has to be sent: declared probes, the steps that follow from the checks, and their requests."""
