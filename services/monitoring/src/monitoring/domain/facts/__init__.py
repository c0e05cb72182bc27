"""What monitoring knows of the entities of the other services, one module a service: just what is counted."""
