"""Sends HTTP requests to a loopback port, without proxies and with a short time-out."""

import http.client


def get(port: int, path: str, timeout_s: float = 1.0) -> tuple[int, str]:
    """Status and body of `GET path`; status 0 if nothing answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as failure:
        return 0, str(failure)
    finally:
        connection.close()
