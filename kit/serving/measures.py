"""What a server counts, as Prometheus reads it."""

import prometheus_client as prometheus

_BATCHES = (1, 2, 4, 8, 16, 32, 64, 256, 1024)
_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)


class Measures:
    """Counters of one server, in a registry of its own."""

    def __init__(self):
        self._registry = prometheus.CollectorRegistry()
        own = {"registry": self._registry}
        self._requests = prometheus.Counter(
            "kit_requests", "Requests by endpoint and status.", ["endpoint", "status"], **own
        )
        self._seconds = prometheus.Histogram(
            "kit_request_seconds", "Time to the end of the answer.", ["endpoint"], buckets=_SECONDS, **own
        )
        self._batches = prometheus.Histogram(
            "kit_batch_samples", "Samples predicted together.", ["model"], buckets=_BATCHES, **own
        )
        self._waiting = prometheus.Gauge("kit_waiting", "Requests that wait for a model.", ["model"], **own)

    def request(self, endpoint, status, seconds):
        """Counts one answered request; endpoints are names of functions, never paths of strangers."""
        self._requests.labels(endpoint, str(status)).inc()
        self._seconds.labels(endpoint).observe(seconds)

    def batches(self, model):
        """Function (samples) that counts a batch of the model called `model`."""
        return self._batches.labels(model).observe

    def watch(self, model):
        """Reads the queue of a `kit.serving.models.Model` whenever it is asked."""
        self._waiting.labels(model.name).set_function(lambda: model.queue.waiting)

    def content(self):
        """(bytes, media type) of all of it."""
        return prometheus.generate_latest(self._registry), prometheus.CONTENT_TYPE_LATEST
