// The page as such, before a service that answers whatever a test needs.

import { hostility } from './page/hostility.mjs';
import { keys } from './page/keyboard.mjs';
import { live } from './page/live.mjs';
import { looks } from './page/looks.mjs';
import { order } from './page/order.mjs';
import { rules } from './page/rules.mjs';
import { states } from './page/states.mjs';

export async function onPage(browser) {
  for (const part of [rules, looks, keys, states, hostility, order, live]) await part(browser);
}
