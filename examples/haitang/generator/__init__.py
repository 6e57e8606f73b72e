"""The parts of the generator of the example estate: world, diligent month, plants, truth, files."""
