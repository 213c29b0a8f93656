"""Documents that go out under a letterhead, made from a plan: nothing is modelled anew."""
