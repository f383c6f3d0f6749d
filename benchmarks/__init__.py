"""What Driftline costs, measured on a real Kafka beside its peers; no part of the application."""
