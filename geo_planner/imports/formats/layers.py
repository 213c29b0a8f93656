"""Which layer of a file of several is meant; the folders of a KML are its layers: the named one, or all of them where they are of one sort."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

import pandas as pd

from geo_planner.files.opening import Vector
from geo_planner.imports.formats.markup import Feature, kind_of
from geo_planner.imports.naming import listed_names, listed_rows
from geo_planner.imports.opening import refuse
from geo_planner.imports.titles.meaning import targets_of
from geo_planner.imports.vocabulary import FOLDERS
from geo_planner.letters import fold
from geo_planner.words import Said, first_of, said

FOLDER_TITLES = ("Folder", "Folder above", "Folder above 2", "Folder above 3")
"""Titles of the columns that hold a feature's folders, the innermost first."""
_COUNTS = re.compile(r"((placemark|untitled( placemark)?|point|diem|wpt|waypoint|p|n) ?)?\d*|")
"""Names of placemarks that are none."""


_STYLES = "layer_styles"
"""Where QGIS keeps colours in a GeoPackage."""


def pick_layer(source: Vector, name: str, source_layer: str | None, kinds: Sequence[str]) -> tuple[str | None, list[Said]]:
    """The named layer, or the only one whose features are of the wanted kinds; and what is said of the others."""
    layers, path = source.layers(), source.path
    # What is called after its file has the name of our private copy.
    shown = {one: PurePosixPath(name).stem if one == path.stem else one for one in layers}

    def others(taken: str) -> list[Said]:
        rest = [shown[one] for one in layers if one not in (taken, _STYLES)]
        return [said("layers_not_read", names=listed_names(rest))] if rest else []

    if source_layer is not None:
        found = [layer for layer in layers if shown[layer] == source_layer] or [
            layer for layer in layers if fold(shown[layer]) == fold(source_layer)
        ]
        if len(found) != 1:
            raise refuse(name, "unknown_layer.file", layer=source_layer, known=shown.values())
        return found[0], others(found[0])
    fitting = [layer for layer, kind in layers.items() if _fits(kind, kinds)] or list(layers)
    if not fitting:
        raise refuse(name, "empty.no_layer")
    if len(fitting) > 1:
        raise refuse(name, "several_layers.file", names=fitting)
    told = [said("layer_one_of", layer=fitting[0], n=len(layers))] if len(layers) > 1 else []
    return fitting[0], [*told, *others(fitting[0])]


def _fits(kind: str | None, kinds: Sequence[str]) -> bool:
    return kind is not None and (kind.split(" ")[0].replace("25D", "") in kinds or kind in ("Unknown", "GeometryCollection"))


def features_of_layer(
    features: Sequence[Feature], source_layer: str | None, kinds: Sequence[str], name: str
) -> tuple[list[tuple[int, Feature]], list[Said]]:
    """The features of the named folder, or of all of them where they are of one sort; with their numbers in the file.

    Raises
    ------
    InputError
        When there is no such folder, or when folders hold different things (villages in one, stations in another) and none
        is named.
    """
    numbered = list(enumerate(features, 1))
    fitting = [feature for feature in features if feature.geometry is not None and kind_of(feature.geometry) in kinds]
    counts = Counter(feature.folders[-1] for feature in fitting if feature.folders)
    if source_layer is not None:
        known = list(dict.fromkeys(folder for feature in features for folder in feature.folders))
        wanted = [folder for folder in known if folder == source_layer] or [
            folder for folder in known if fold(folder) == fold(source_layer)
        ]
        if not wanted:
            if not known:
                raise refuse(name, "unknown_layer.no_folders", layer=source_layer)
            raise refuse(name, "unknown_layer.file", layer=source_layer, known=first_of(known, 40))
        kept = [(i, feature) for i, feature in numbered if set(feature.folders) & set(wanted)]
        taken = {i for i, _ in kept}
        told = [said("layer_taken", names=wanted)]
        other_folders = dict.fromkeys(f.folders[-1] for i, f in numbered if i not in taken and f.folders)
        loose = [(i, f.properties.get("name", "")) for i, f in numbered if i not in taken and not f.folders]
        told += [said("layers_not_read", names=listed_names(other_folders))] if other_folders else []
        told += [said("features_outside_layer", n=len(loose), rows=listed_rows(loose))] if loose else []
        return kept, told
    things = {folder: _thing(folder) for folder in counts}
    if len(set(filter(None, things.values()))) > 1:
        raise refuse(name, "several_layers.folders", folders=[said("folder_quoted", folder=folder, n=n) for folder, n in counts.items()])
    if len(counts) > 1:
        listed = first_of([said("folder_counted", folder=folder, n=n) for folder, n in counts.items()], 20)
        return numbered, [said("folders_together", folders=listed)]
    return numbered, []


def without_idle_names(layer_of_kml: pd.DataFrame, layer: str, told: Collection[str], file: str) -> tuple[pd.DataFrame, list[Said]]:
    """The attributes without the names of the placemarks where those only count them and a field holds the names.

    Raises
    ------
    InputError
        When the names of the placemarks and those of a field are different ones.
    """
    fields = [title for title in layer_of_kml if title != "name" and targets_of(str(title), layer)[:1] == ("name",)]
    if "name" not in layer_of_kml or len(fields) != 1 or {fold("name"), fold(fields[0])} & {fold(title) for title in told}:
        return layer_of_kml, []
    names = [" ".join(str(name or "").split()) for name in layer_of_kml["name"]]
    others = [" ".join(str(name or "").split()) for name in layer_of_kml[fields[0]]]
    if all(_COUNTS.fullmatch(fold(name)) for name in names) or (len(names) > 2 and len(set(names)) == 1 and len(set(others)) > 1):
        return layer_of_kml.drop(columns="name"), [said("placemarks_only_counted", title=fields[0])]
    if all(not a or not b or fold(a) == fold(b) for a, b in zip(names, others, strict=True)):
        return layer_of_kml, []
    raise refuse(file, "two_columns.placemarks", title=fields[0])


def _thing(folder: str) -> str | None:
    folded = fold(folder)
    return next((thing for thing, pattern in FOLDERS.items() if re.fullmatch(pattern, folded)), None)


def with_folder_columns(features: Sequence[Feature]) -> list[dict[str, str]]:
    """The properties of features with the folders that they lie in, the innermost first; a field of that name stays as it is."""
    return [
        {**dict(zip(FOLDER_TITLES, reversed(feature.folders), strict=False)), **feature.properties}
        if feature.folders
        else feature.properties
        for feature in features
    ]
