"""Texts: each instance is a text, or an object with the text as its one value."""

from kit.serving.kinds.base import KINDS, Kind
from kit.serving.refusals import Refused


@KINDS.register("texts")
class Words(Kind):
    """Texts for `kit.Texts`."""

    name = "texts"

    @property
    def _column(self):
        return self.input.column or "text"

    def schema(self):
        row = {
            "type": "object",
            "properties": {self._column: {"type": "string"}},
            "required": [self._column],
            "additionalProperties": False,
        }
        return {"oneOf": [{"type": "string"}, row]}

    def example(self):
        return "a text"

    def facts(self):
        return {**super().facts(), "column": self._column}

    def read(self, instances):
        found = [row[self._column] if _is_row(row, self._column) else row for row in instances]
        for place, text in enumerate(found):
            if not isinstance(text, str):
                expected = f'a text, or {{"{self._column}": text}}'
                raise Refused(400, f"instance {place} is no text; expected {expected}.")
        return found

    def tensors(self):
        return [{"name": self._column, "datatype": "BYTES", "shape": [-1]}]

    def of_tensors(self, tensors):
        return self.read(list(tensors[self._column][2]))


def _is_row(row, column):
    return isinstance(row, dict) and set(row) == {column}
