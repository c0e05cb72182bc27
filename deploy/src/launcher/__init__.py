"""Starts, watches and stops the local cluster: real PostgreSQL, NATS, issuer, services and gateway.

For laptops, tests and fault injection. It imports nothing of the services or their chassis: what it knows of
them is a command line and a set of environment variables, as any other supervisor would.
"""
