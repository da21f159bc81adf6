"""From adapted and balanced data to the folder of a case."""

from zollverein.case.building.base import Base, compiled_base
from zollverein.case.building.base_inputs import BaseInputs, base_inputs
from zollverein.case.building.rebuild import Rebuilt, rebuild_case
from zollverein.case.building.swapped import Swap

__all__ = ["Base", "BaseInputs", "Rebuilt", "Swap", "base_inputs", "compiled_base", "rebuild_case"]
