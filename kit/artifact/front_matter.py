"""The head of a model card that model hubs read: YAML between two lines of dashes.

Source: https://huggingface.co/docs/hub/model-cards (library_name, pipeline_tag, tags, model-index)
"""

import json

_TAGS = {  # (task, input) -> what hubs call it
    ("Classification", "Images"): "image-classification",
    ("Classification", "Table"): "tabular-classification",
    ("Classification", "Texts"): "text-classification",
    ("MultilabelClassification", "Images"): "image-classification",
    ("MultilabelClassification", "Table"): "tabular-classification",
    ("MultilabelClassification", "Texts"): "text-classification",
    ("Regression", "Table"): "tabular-regression",
    ("Forecasting", "Series"): "time-series-forecasting",
    ("Segmentation", "Images"): "image-segmentation",
    ("Detection", "Images"): "object-detection",
    ("Denoising", "Images"): "image-to-image",
}


def front_matter(card):
    """The head of a card, as text; metrics only where they were measured.

    Args:
        card: what `kit.artifact.card.make` gave.

    Example:
        >>> facts = {"name": "cars", "task": "Regression", "input": "Table", "metrics": {}}
        >>> print(front_matter(facts))
        ---
        library_name: "keras"
        pipeline_tag: "tabular-regression"
        tags: ["keras", "keras-kit", "regression", "table"]
        ---
    """
    tag = _TAGS.get((card["task"], card["input"]))
    head = {
        "library_name": "keras",
        "pipeline_tag": tag,
        "tags": ["keras", "keras-kit", card["task"].lower(), card["input"].lower()],
    }
    lines = [f"{key}: {_value(value)}" for key, value in head.items() if value]
    return "\n".join(["---", *lines, *_results(card, tag or card["task"].lower()), "---"])


def _results(card, tag):
    metrics = [(name, value) for name, value in card["metrics"].items() if value is not None]
    if not metrics:
        return []
    data = card.get("data") or {}
    name = str(data.get("name") or "not named")
    lines = [
        "model-index:",
        f"- name: {_value(card['name'])}",
        "  results:",
        "  - task:",
        f"      type: {_value(tag)}",
        "    dataset:",
        f"      name: {_value(name)}",
        f"      type: {_value(name)}",
        f"      split: {_value(card['split'] or 'given')}",
        "    metrics:",
    ]
    for metric, value in metrics:
        lines += [
            f"    - type: {_value(metric)}",
            f"      name: {_value(metric + _interval(card, metric))}",
            f"      value: {_value(value)}",
        ]
    return lines


def _interval(card, metric):
    low, high = (card.get("intervals") or {}).get(metric) or (None, None)
    return "" if low is None or high is None else f" (95% interval {low:.4g} to {high:.4g})"


def _value(value):
    return json.dumps(value, ensure_ascii=False)  # any JSON is YAML
