def test_what_is_not_there_is_named_with_the_page_that_points_at_it(tmp_path):
    from docs import links

    (tmp_path / "a.html").write_text(
        '<h2 id="here">x</h2><a href="#here">1</a><a href="#gone">2</a><a href="b.html#there">3</a>'
        '<a href="b.html#gone">4</a><img src="none.png"><a href="https://example.org/none">5</a>'
    )
    (tmp_path / "b.html").write_text('<p id="there">y</p><a href="a.html">back</a>')
    assert links.broken(tmp_path) == [
        "a.html points at '#gone', which is not there",
        "a.html points at 'b.html#gone', which is not there",
        "a.html points at 'none.png', which is not there",
    ]
