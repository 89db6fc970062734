import { tellStory } from '../support/chart-story.ts';

tellStory('helm3');
