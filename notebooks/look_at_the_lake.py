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
# ## What is expected: active users, day by day, with the 95 % interval

# %%
was = store.query("SELECT period_start, value FROM gold.activity_series WHERE scheme = 'all' AND metric = 'active_users' AND period = 'day' ORDER BY 1", tables).toPandas()
ahead = store.query("SELECT period_start, forecast, low_95, high_95 FROM gold.forecasts WHERE scheme = 'all' AND metric = 'active_users' AND period = 'day' ORDER BY 1", tables).toPandas()
axes = was.plot(x="period_start", y="value", figsize=(9, 3))
ahead.plot(x="period_start", y=["forecast", "low_95", "high_95"], ax=axes, style=["-", ":", ":"])

# %%
store.query("SELECT scheme, segment_id, metric, period, forecaster, mase, coverage_95, forecast_remark FROM gold.forecast_scores WHERE is_chosen ORDER BY ALL", tables).toPandas()

# %% [markdown]
# ## How far users get, what is taken together, and who returns

# %%
store.query("SELECT funnel, scheme, segment_id, funnel_step, step_name, user_count, previous_share, previous_low_share, previous_high_share FROM gold.funnels ORDER BY ALL", tables).toPandas()

# %%
store.query("SELECT scope, antecedent, consequent, together_count, confidence, lift, q_value FROM gold.item_rules ORDER BY leverage DESC LIMIT 20", tables).toPandas()

# %%
store.query("SELECT cohort, age, cohort_count, returned_share FROM gold.retention WHERE kind = 'classic_activity' AND scheme = 'all' ORDER BY ALL", tables).toPandas()

# %% [markdown]
# What went before leaving, what follows a purchase, what is asked about and where learners get stuck

# %%
store.query("SELECT deed, case_share, control_share, difference_low, difference_high, effect_size, contrast_q FROM gold.moments WHERE moment = 'leaving' AND scheme = 'all' ORDER BY abs(effect_size) DESC", tables).toPandas()

# %%
store.query("SELECT bought_item, next_item, case_share, control_share, median_lag, after_count, before_count, order_q FROM gold.purchase_sequels ORDER BY difference DESC LIMIT 20", tables).toPandas()

# %%
store.query("SELECT topic_kind, scheme, segment_id, topic, point, case_share, control_share, contrast_q FROM gold.topic_points WHERE is_found ORDER BY ALL", tables).toPandas()

# %%
store.query("SELECT * FROM gold.stuck_points WHERE is_stuck ORDER BY item_id LIMIT 20", tables).toPandas()

# %% [markdown]
# ## Campaigns and their arms

# %%
store.query("SELECT campaign_id, wave, arm, channel, count(*) AS users FROM gold.audiences GROUP BY ALL ORDER BY ALL", tables).toPandas()
