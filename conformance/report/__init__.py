"""What a run tells: rendered from judgements and the verdict, never judging itself."""
