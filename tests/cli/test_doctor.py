"""kit doctor: findings as a table or JSON; status 2 where one is an error."""

from kit.doctor import toys


def test_a_model_with_an_error_ends_with_status_2(call, tmp_path):
    toys.model(1, "softmax", "mse").save(tmp_path / "wrong.keras")
    done = call("doctor", "wrong.keras")
    assert done.status == 2
    assert "softmax_of_one" in done.out and "-> " in done.out
    found = call("doctor", "wrong.keras", "--json").json["findings"]
    assert {"rule", "severity", "where", "evidence", "cure"} == set(found[0])


def test_data_without_an_error_end_with_status_0(call):
    done = call("doctor", "wine")
    assert done.status == 0 and "error" not in done.out


def test_words_that_say_nothing_are_refused(call):
    for words in (("--target", "y"), ("--set", "void=1"), ("nosuch",)):
        done = call("doctor", *words)
        assert done.status == 2 and "Traceback" not in done.err


def test_a_table_is_examined_by_its_target(call, tmp_path):
    rows = [f"{n},{n % 7},{'yes' if n % 2 else 'no'}" for n in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["number,a,said", *rows]) + "\n")
    done = call("doctor", "t.csv", "--target", "said")
    assert "column 'number'" in done.out and "identifier_columns" in done.out


def test_data_are_read_as_for_training(call, tmp_path):
    rows = [f"{n},{n % 7},{'yes' if n % 2 else 'no'}" for n in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["number,a,said", *rows]) + "\n")
    done = call("doctor", "t.csv", "--target", "said", "--ignore", "number")
    assert done.status == 0 and "column 'number'" not in done.out


def test_settings_of_the_task_change_what_is_examined(call):
    assert call("doctor", "streets", "--set", "void=255").status == 0
    other = call("doctor", "streets", "--set", "void=11")
    assert other.status == 2 and "mask 0: the values 255" in other.err
    refused = call("doctor", "streets", "--set", "void=255", "width=8")
    assert refused.status == 2 and "width" in refused.err and "Traceback" not in refused.err


def test_without_a_thing_the_machine_is_examined_and_nothing_is_left_behind(call, tmp_path):
    done = call("doctor", "--json")
    assert done.status == 0
    assert {"versions", "backend", "whole_way"} <= {each["rule"] for each in done.json["findings"]}
    assert not list(tmp_path.glob(".kit-doctor-*"))
