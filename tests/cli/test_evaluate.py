"""kit evaluate: the same parts and numbers as in training."""

import pytest

import kit


@pytest.fixture
def trained(call):
    """What the training of a small model on a built-in data set printed."""
    return call("train", "wine", "--epochs", 3, "--set", "width=8", "--seed", 2, "--json").json


def test_the_parts_and_the_numbers_are_those_of_the_training(call, trained):
    done = call("evaluate", "saved_models/wine", "wine", "--json")
    assert done.status == 0
    result = done.json
    assert set(result) >= {
        "artifact",
        "task",
        "input",
        "metrics",
        "validation",
        "intervals",
        "seconds",
        "epochs",
    }
    assert result["samples"] == trained["samples"]
    assert (result["split"], result["epochs"]) == ("test", 3)
    for part in ("metrics", "validation"):
        assert result[part] == pytest.approx(trained[part], abs=1e-5)


def test_another_part_is_named_and_a_report_written(call, trained, tmp_path):
    done = call("evaluate", "saved_models/wine", "wine", "--split", "validation", "--report", "out")
    assert done.status == 0
    assert done.out.startswith("validation part")
    assert (tmp_path / "out" / "report.html").exists()
    assert "out/report.html" in done.err


def test_all_samples_of_new_data_are_measured_on_request(call, tmp_path, rng):
    def write(name, codes, count):
        codes = rng.choice(codes, count)
        rows = [f"{code},{'yes' if code == '12' else 'no'}" for code in codes]
        (tmp_path / name).write_text("\n".join(["code,bought", *rows]) + "\n")

    write("old.csv", ["12", "7", "A1"], 60)
    write("new.csv", ["12", "7"], 5)  # codes of digits alone are the texts they were
    trained = call(
        "train", "old.csv", "--target", "bought", "--epochs", 30, "--set", "learning_rate=0.1", "--json"
    )
    assert trained.status == 0, trained.err
    drawn = call("evaluate", "saved_models/old", "new.csv")
    assert "--split all" in drawn.err
    whole = call("evaluate", "saved_models/old", "new.csv", "--split", "all", "--json")
    assert (whole.status, whole.json["split"], whole.json["samples"]) == (0, "all", {"all": 5})
    assert whole.json["metrics"]["accuracy"] == 1 and whole.json["validation"] is None
    assert "not the data" not in whole.err + call("evaluate", "saved_models/old", "old.csv").err


def test_a_model_of_a_named_target_finds_it_again(call, tmp_path):
    rows = [f"{n % 7},{n % 2},{'yes' if n % 2 else 'no'}" for n in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,said", *rows]) + "\n")
    words = ["train", "t.csv", "--target", "-1", "--epochs", 2, "--set", "width=8", "--json"]
    trained = call(*words).json
    done = call("evaluate", "saved_models/t", "t.csv", "--json")
    assert done.json["metrics"] == pytest.approx(trained["metrics"], abs=1e-5)
    assert kit.load("saved_models/t").card["settings"]["target"] == "said"
    rows = [f"{'yes' if n % 2 else 'no'},{n % 2},{n % 7}" for n in range(60)]  # another column is the last
    (tmp_path / "other.csv").write_text("\n".join(["said,b,a", *rows]) + "\n")
    assert call("evaluate", "saved_models/t", "other.csv").status == 0


def test_a_model_saved_in_python_is_measured_by_its_target_and_examined(call, tmp_path):
    rows = [f"{n % 7},{n % 2},{'yes' if n % 2 else 'no'}" for n in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,said", *rows]) + "\n")
    data = kit.load_data("t.csv", target="said")
    model = kit.build(data.task, data.input, width=8)
    kit.fit(model, data, epochs=1, verbose=0)
    kit.save(model, "saved_models/own")
    assert call("evaluate", "saved_models/own", "t.csv").status == 2
    assert call("evaluate", "saved_models/own", "t.csv", "--target", "said").status == 0


def test_the_doctor_reads_the_data_of_a_model_as_in_training(call, tmp_path):
    rows = [f"{n % 7},{n % 2},{'yes' if n % 2 else 'no'}" for n in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,said", *rows]) + "\n")
    assert call("train", "t.csv", "--target", "said", "--epochs", 1, "--set", "width=8").status == 0
    done = call("doctor", "saved_models/t", "t.csv", "--json")
    assert "findings" in done.json and "Which column" not in done.err


def test_a_model_of_images_is_not_asked_for_the_target_of_a_table(call, tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n3,4\n")
    model = kit.build_classifier(kit.Classification(("a", "b")), kit.Images((8, 8), 1), backbone="cnn")
    kit.save(model, "saved_models/seen")
    done = call("evaluate", "saved_models/seen", "t.csv")
    assert done.status == 2 and "t is a table and cannot be read as" in done.err


def test_data_of_another_kind_are_refused(call, trained):
    done = call("evaluate", "saved_models/wine", "digits")
    assert done.status == 2
    assert "Traceback" not in done.err


def test_an_artifact_that_is_not_there_ends_with_status_3(call):
    assert call("evaluate", "saved_models/none", "wine").status == 3
