"""The yardstick's server: workers and threads as in Atelier's own configuration, and nothing else of it."""

worker_class = "gthread"
threads = 8
preload_app = True
