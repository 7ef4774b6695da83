# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A look at the finished tables
# Run `make demo` first, then open this file with Jupyter (jupytext) from the project's root.
# `CONF`, `ENV` and `LAKE` say which lake; everything shown here is read through the store.

# %%
import os
from pathlib import Path

from learnlake.lake.catalogue import LakeSettings, catalogue
from learnlake.lake.store import Store
from learnlake.pipeline import load_conf
from learnlake.session import SparkSettings, start

conf = load_conf(Path(os.environ.get("CONF", "conf")), os.environ.get("ENV", "demo"), lake=os.environ.get("LAKE"))
lake = conf.of(LakeSettings)
store = Store(start(conf.of(SparkSettings)), lake.root, lake.catalog)
tables = catalogue(conf)

# %% [markdown]
# ## What ran

# %%
store.query("SELECT step, as_of_date, status, rows_kept, rows_rejected, seconds, message FROM ops.runs ORDER BY started_at", tables).toPandas()

# %% [markdown]
# ## Does every source add up?

# %%
store.query("SELECT check, source, mapping, is_ok, detail FROM ops.quality ORDER BY source, mapping", tables).toPandas()

# %% [markdown]
# ## Events a day

# %%
days = store.query("SELECT event_date, sum(event_count) AS events, count(DISTINCT user_id) AS users FROM silver.user_days GROUP BY ALL ORDER BY 1", tables).toPandas()
days.plot(x="event_date", y=["events", "users"], subplots=True, figsize=(9, 4))

# %% [markdown]
# ## Segments and what sets them apart

# %%
store.query("SELECT as_of_date, segment_id, segment_name, segment_name_zh, member_count, member_share, silhouette, apart_by FROM gold.segments ORDER BY 1, member_count DESC", tables).toPandas()

# %% [markdown]
# ## Campaigns and their arms

# %%
store.query("SELECT campaign_id, wave, arm, channel, count(*) AS users FROM gold.audiences GROUP BY ALL ORDER BY ALL", tables).toPandas()
