"""From adapted and balanced data to the folder of a case."""

from zollverein.case.building.base import Base, compiled_base
from zollverein.case.building.base_inputs import BaseInputs, base_inputs
from zollverein.case.building.rebuild import Rebuilt, rebuild_case

__all__ = ["Base", "BaseInputs", "Rebuilt", "base_inputs", "compiled_base", "rebuild_case"]
