'use strict';

const express = require('express');
const minimist = require('minimist');
const { groupBy } = require('lodash');

const { port = 8080 } = minimist(process.argv.slice(2));
const ships = [
  { name: 'Cutty Sark', berth: 'north' },
  { name: 'Thermopylae', berth: 'south' },
  { name: 'Ariel', berth: 'north' },
];

const board = express();
board.get('/ships', (request, response) => response.json(groupBy(ships, 'berth')));
board.get('/health', (request, response) => response.send('ok\n'));
board.listen(port, () => console.log(`harbour board on ${port}`));
