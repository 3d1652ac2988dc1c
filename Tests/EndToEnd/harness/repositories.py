"""Repositories as an outsider sees them: keys and bytes, without the program under test."""

import os
import pathlib
import uuid


class LocalRepository:
    """A directory."""

    kind = "local"

    def __init__(self, account, folder):
        self.account = account
        self.folder = account.make_directory(folder, 0o750)
        self.url = f"file://{self.folder}"

    def init_words(self):
        return ["--repository", self.url]

    def init_environment(self):
        return {}

    def settings(self):
        return {}

    def keys(self):
        """Names of all visible objects: what begins with a dot is on its way and no object."""
        found = []
        for top, folders, files in os.walk(self.folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            found += [str(pathlib.Path(top, name).relative_to(self.folder)) for name in files
                      if not name.startswith(".")]
        return sorted(found)

    def read(self, key):
        return (self.folder / key).read_bytes()

    def write(self, key, content):
        path = self.folder / key
        missing = [parent for parent in path.parents if not parent.exists()]
        for parent in reversed(missing):
            self.account.make_directory(parent, 0o750)
        path.unlink(missing_ok=True)
        self.account.write(path, content, 0o640)

    def delete(self, key):
        (self.folder / key).unlink()

    # Trouble of its own kind: the disk is not mounted.

    def unmount(self):
        self.folder.rename(f"{self.folder}.away")

    def mount(self):
        pathlib.Path(f"{self.folder}.away").rename(self.folder)


class S3Repository:
    """A bucket of its own on a server; the program reaches it through `proxy` when there is one."""

    kind = "s3"

    def __init__(self, service, quirks=None, proxy=None):
        self.service = service
        self.proxy = proxy
        self.quirks = quirks or {}
        self.client = service.client()
        self.bucket = f"trunkline-{uuid.uuid4().hex[:12]}"
        self.prefix = "some/prefix"
        self.client.create_bucket(Bucket=self.bucket)
        self.url = f"s3://{self.bucket}/{self.prefix}"

    @property
    def endpoint(self):
        return self.proxy.endpoint if self.proxy else self.service.endpoint

    def init_words(self):
        return ["--repository", self.url, "--endpoint", self.endpoint, "--region", self.service.region]

    def init_environment(self):
        return {"AWS_ACCESS_KEY_ID": self.service.access_key_id,
                "AWS_SECRET_ACCESS_KEY": self.service.secret_access_key}

    def settings(self):
        return {"endpoint": self.endpoint, "region": self.service.region,
                "access-key-id": self.service.access_key_id,
                "secret-access-key": self.service.secret_access_key, **self.quirks}

    def keys(self):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix + "/")
        return sorted(entry["Key"][len(self.prefix) + 1:] for page in pages for entry in page.get("Contents", []))

    def read(self, key):
        return self.client.get_object(Bucket=self.bucket, Key=f"{self.prefix}/{key}")["Body"].read()

    def write(self, key, content):
        self.client.put_object(Bucket=self.bucket, Key=f"{self.prefix}/{key}", Body=content)

    def delete(self, key):
        self.client.delete_object(Bucket=self.bucket, Key=f"{self.prefix}/{key}")
