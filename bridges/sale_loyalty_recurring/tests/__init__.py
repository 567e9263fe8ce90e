from . import test_rewards, test_rewards_later
