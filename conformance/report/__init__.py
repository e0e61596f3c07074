"""What a run reports: rendered from judgements and the verdict, never judging itself."""
