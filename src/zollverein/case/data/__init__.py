"""Publishers' files as they are downloaded: one small adaptor for each, and a registry of them."""

from zollverein.case.data.dataset import Dataset, RemoteFile
from zollverein.case.data.world_table import WorldTable

__all__ = ["Dataset", "RemoteFile", "WorldTable"]
