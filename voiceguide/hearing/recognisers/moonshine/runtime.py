"""onnxruntime, loaded: the only place that imports it."""

from __future__ import annotations

import os
from typing import Any

from voiceguide.errors import RecogniserError

REQUIREMENT = "onnxruntime>=1.23,<1.29"
"""What pip is asked for."""

VERSIONS = (1, 23), (1, 29)
"""The oldest version that was tried, and the first one that carries telemetry on Linux."""

CPU = "CPUExecutionProvider"


def onnxruntime() -> Any:
    """Return the module.

    Raises:
        RecogniserError: it cannot be loaded, or cannot compute on the processor.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        import onnxruntime as module  # noqa: PLC0415 - loads a C library that only this engine needs
    except (ImportError, OSError) as error:
        raise RecogniserError(
            f"onnxruntime cannot be loaded: {error}. Install it with: pip install '{REQUIREMENT}'"
        ) from error
    providers = module.get_available_providers()
    if CPU not in providers:
        raise RecogniserError(
            f"this onnxruntime cannot compute on the processor, only by {', '.join(providers) or 'nothing'}. "
            f"Install the ordinary one: pip install --force-reinstall '{REQUIREMENT}'"
        )
    return module
