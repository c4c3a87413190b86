import { ensureCapture } from './generator/capture.js';
import { grown, isProfile, PROFILES, synFlood } from './generator/profiles.js';
import { readOptions, refuse, wholeNumber } from './options.js';

const USAGE = 'npx tsx bench/generate.ts [--profile small,mid,…] [--packets N [--whole]] [--synflood N]';
const values = readOptions(
  {
    profile: { type: 'string' },
    packets: { type: 'string' },
    synflood: { type: 'string' },
    whole: { type: 'boolean', default: false },
  },
  `${USAGE}\nprofiles, all of them without options: ${Object.keys(PROFILES).join(', ')}`,
);
const announce = (message: string): void => console.log(message);
const chosen = values.profile?.split(',') ?? (values.packets || values.synflood ? [] : Object.keys(PROFILES));

for (const name of chosen) {
  if (!isProfile(name)) refuse(`no profile ${name}; there are ${Object.keys(PROFILES).join(', ')}`);
  ensureCapture(name, PROFILES[name], announce);
}
if (values.packets !== undefined) {
  const { snapLength, ...whole } = grown(wholeNumber('packets', values.packets));
  if (values.whole) ensureCapture(`whole-${values.packets}`, whole, announce);
  else ensureCapture(`grown-${values.packets}`, { ...whole, snapLength: snapLength! }, announce);
}
if (values.synflood !== undefined) {
  ensureCapture(`synflood-${values.synflood}`, synFlood(wholeNumber('synflood', values.synflood)), announce);
}
