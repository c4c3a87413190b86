import { parseArgs } from 'node:util';
import { ensureCapture } from './generator/capture.js';
import { grown, isProfile, PROFILES, synFlood } from './generator/profiles.js';

const { values } = parseArgs({
  options: {
    profile: { type: 'string' },
    packets: { type: 'string' },
    synflood: { type: 'string' },
    whole: { type: 'boolean', default: false },
  },
});
const announce = (message: string): void => console.log(message);
const chosen = values.profile?.split(',') ?? (values.packets || values.synflood ? [] : Object.keys(PROFILES));

for (const name of chosen) {
  if (!isProfile(name)) throw new Error(`no profile ${name}; there are ${Object.keys(PROFILES).join(', ')}`);
  ensureCapture(name, PROFILES[name], announce);
}
if (values.packets !== undefined) {
  const { snapLength, ...whole } = grown(Number(values.packets));
  if (values.whole) ensureCapture(`whole-${values.packets}`, whole, announce);
  else ensureCapture(`grown-${values.packets}`, { ...whole, snapLength: snapLength! }, announce);
}
if (values.synflood !== undefined) {
  ensureCapture(`synflood-${values.synflood}`, synFlood(Number(values.synflood)), announce);
}
