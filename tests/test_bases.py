from oneiro.bases import list_bases


def test_the_default_base_comes_first_installed_or_not():
    first = list_bases()[0]
    assert first.name == "smollm2"
    assert first.installed == (first.size_bytes > 0)
