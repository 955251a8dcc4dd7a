"""An ONNX file that Keras has written, opened to change it before it is checked and kept."""

from pathlib import Path

import numpy as np

from kit import storage


class OnnxGraph:
    """The graph of an ONNX file, to which nodes can be added in any order.

    Args:
        file: its path.

    Attributes:
        outputs: names of what the graph gives.
    """

    def __init__(self, file):
        import onnx

        self._file = Path(file)
        self._model = onnx.load_from_string(self._file.read_bytes())
        self._graph, self._added = self._model.graph, 0
        self.outputs = [each.name for each in self._graph.output]

    def add(self, kind, *inputs, gives=None, outputs=1, **attributes):
        """Adds a node.

        Args:
            kind: an operator of ONNX.
            *inputs: names of what it takes.
            gives: name of what it gives, where that has one.
            outputs: how many tensors it gives.
            **attributes: of the operator.

        Returns:
            The name of what it gives; a list of names where that is several.
        """
        from onnx import helper

        names = [gives or self._name(kind) for _ in range(outputs)]
        self._graph.node.append(helper.make_node(kind, inputs, names, name=self._name("node"), **attributes))
        return names if outputs > 1 else names[0]

    def constant(self, values, kind="int64"):
        """The name of an array of numbers that the file holds from now on."""
        from onnx import numpy_helper

        name = self._name("constant")
        self._graph.initializer.append(numpy_helper.from_array(np.array(values, kind, order="C"), name))
        return name

    def narrow(self, inputs, outputs):
        """Leaves these names out of what the graph takes, and out of what it gives."""
        _keep(self._graph.input, [each for each in self._graph.input if each.name not in inputs])
        _keep(self._graph.output, [each for each in self._graph.output if each.name not in outputs])

    def write_out(self):
        """Replaces erfc(x), by which TensorFlow computes GELU and which ONNX lacks, by 1 - erf(x)."""
        for node in [node for node in self._graph.node if node.op_type == "Erfc"]:
            wanted, node.op_type = node.output[0], "Erf"
            node.output[0] = self._name("erf")
            self.add("Sub", self.constant(1.0, "float32"), node.output[0], gives=wanted)

    def save(self):
        """Writes the file anew if anything was added: each node after those whose results it takes."""
        if self._added:
            _keep(self._graph.node, self._ordered())
            storage.write_bytes(self._file, self._model.SerializeToString())

    def _name(self, what):
        self._added += 1
        return f"kit/{what}_{self._added}"

    def _ordered(self):
        graph = self._graph
        known = {"", *(each.name for each in graph.input), *(each.name for each in graph.initializer)}
        left, found = list(graph.node), []
        while left:
            waiting = []
            for node in left:
                ready = known.issuperset(node.input)
                (found if ready else waiting).append(node)
                known.update(node.output if ready else ())
            if len(waiting) == len(left):
                raise ValueError(f"the node '{waiting[0].name}' takes what no other gives")
            left = waiting
        return found


def _keep(field, values):
    """Makes copies of these the whole of a repeated field."""
    copies = [type(each).FromString(each.SerializeToString()) for each in values]
    del field[:]
    field.extend(copies)
