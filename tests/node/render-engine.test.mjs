/** render()'s engine in plain Node: the very samples of the worklet's Renderer, however the sound is cut. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { controlBlock } from '../../scripts/lib/control.mjs';
import { openDoors, SHIPPED } from '../../scripts/lib/doors.mjs';
import { EngineInstance } from '../../worklet/engine-instance.js';
import { framesHeard, RenderEngine } from '../../worklet/render-engine.js';
import { noise } from '../support/noise.mjs';
import { renderInNode } from '../support/render.mjs';
