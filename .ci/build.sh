#!/bin/bash
# The release build, as it is installed: the runtimes of Swift and C++ inside, undeclared imports refused.
#
# A linked libstdc++.so costs half a millisecond of relocation at every start, which is once per WAL segment. The linker
# takes the first libstdc++ on its path, so a directory with nothing but the static one goes in front.
set -euo pipefail
cd "$(dirname "$0")/.."

static=.build/static
mkdir -p $static
ln -sf "$(${CC:-gcc} -print-file-name=libstdc++.a)" $static/libstdc++.a
for product in trunkline trunkline-bench; do
    swift build -c release --static-swift-stdlib --explicit-target-dependency-import-check error \
        -Xlinker -L"$PWD/$static" --product $product "$@"
done

# The agent's client needs nothing at run time, not even the loader, which takes longer than its work. It is built
# apart: what goes into it is compiled for static executables only. Without symbols it has half the size.
thin=.build/thin
swift build -c release --scratch-path $thin -Xswiftc -static-executable -Xlinker --strip-all \
    --explicit-target-dependency-import-check error --product trunkline-wal "$@"
cp $thin/release/trunkline-wal .build/release/trunkline-wal.new
mv .build/release/trunkline-wal.new .build/release/trunkline-wal
