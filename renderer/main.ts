import './client/without-eval.ts';
import { mount } from 'svelte';
import { connectToHost } from './client/connect-to-host.ts';
import NoHost from './NoHost.svelte';
import Workbench from './Workbench.svelte';
import './style/tokens.css';
import './style/base.css';

const target = document.getElementById('workbench');
if (target === null) throw new Error('index.html has no element with the id "workbench".');
const { client, problem } = await connectToHost(window);
if (client === null) mount(NoHost, { target, props: { problem: problem ?? 'Nightsift does not answer.' } });
else mount(Workbench, { target, props: { client } });
